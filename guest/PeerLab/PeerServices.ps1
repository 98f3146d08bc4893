# The services of the peer stack: start types, starting and restarting within bounds, PNRPsvc's known failures.
# Only definitions: this file is dot-sourced by PeerLab.psm1 and put in front of the preparation. Functions that change
# something write one phrase for each change to the pipeline and nothing where all was as wanted. With -Test they change
# nothing and write one phrase for each thing that is not as wanted.

$script:ServiceSeconds = 30
$script:CloudSeconds = 30
$script:GlobalCloud = 'Global_'
# What PNRPsvc ends with on machines where a repair is known.
$script:KnownPnrpFailure = @{ '80630801' = 'PEER_E_CERT_STORE_CORRUPTED'; '80630203' = 'PEER_E_NO_KEY_ACCESS' }
$script:PnrpStore = Join-Path -Path $env:windir -ChildPath 'ServiceProfiles\LocalService\AppData\Roaming\PeerNetworking\idstore.sst'
$script:MachineKeyFolder = Join-Path -Path $env:ProgramData -ChildPath 'Microsoft\Crypto\RSA\MachineKeys'
$script:LocalServiceSid = 'S-1-5-19'

function Get-ServiceStatus {
    <#
    .SYNOPSIS
    A service's status now, such as Running; an empty text where there is no such service.
    #>
    param([Parameter(Mandatory = $true)][string]$Name)
    $service = Get-Service -Name $Name -ErrorAction SilentlyContinue
    if ($null -eq $service) {
        return ''
    }
    return [string]$service.Status
}

function Wait-ServiceStatus {
    <#
    .SYNOPSIS
    Waits until a service is Running or Stopped, at most half a minute; says whether it is. Ends early where a service that
    was started has stopped again.
    #>
    param([Parameter(Mandatory = $true)][string]$Name, [Parameter(Mandatory = $true)][ValidateSet('Running', 'Stopped')][string]$Status)
    $end = [DateTime]::UtcNow.AddSeconds($script:ServiceSeconds)
    while ($true) {
        $current = Get-ServiceStatus -Name $Name
        if ($current -eq $Status) {
            return $true
        }
        if ('Stopped' -eq $current -or [DateTime]::UtcNow -gt $end) {
            return $false
        }
        Start-Sleep -Milliseconds 250
    }
}

function Start-BoundedService {
    <#
    .SYNOPSIS
    Starts a service and waits until it runs, at most half a minute; says whether it does.
    .DESCRIPTION
    The cmdlet would wait for ever for a service that hangs while it starts.
    #>
    param([Parameter(Mandatory = $true)][string]$Name)
    try {
        $service = Get-Service -Name $Name
        if ('Stopped' -eq [string]$service.Status) {
            $service.Start()
        }
    }
    catch {
        # The message is a localised sentence at best; what the service ended with is read from the service manager.
        return $false
    }
    return (Wait-ServiceStatus -Name $Name -Status Running)
}

function Restart-PnrpService {
    <#
    .SYNOPSIS
    Restarts PNRPsvc and what ran on top of it, each wait bounded; writes phrases. Fails where the service does not stop.
    #>
    param()
    $service = Get-Service -Name 'PNRPsvc'
    $running = @($service.DependentServices | Where-Object -FilterScript { 'Running' -eq [string]$_.Status } | ForEach-Object -Process { [string]$_.Name })
    # Stops what depends on it as well.
    $service.Stop()
    if (-not (Wait-ServiceStatus -Name 'PNRPsvc' -Status Stopped)) {
        throw (New-PeerFailure -Code 'TimedOut' -Message ('The service PNRPsvc did not stop within {0} seconds.' -f $script:ServiceSeconds) -Hint 'Restart the machine, then run this again.')
    }
    if (Start-BoundedService -Name 'PNRPsvc') {
        'service PNRPsvc restarted'
    }
    foreach ($name in $running) {
        $null = Start-BoundedService -Name $name
    }
}

function Get-PnrpFailure {
    <#
    .SYNOPSIS
    The name of the HRESULT that PNRPsvc ended with at its last try; null where it runs, ended well or was not tried since
    the boot.
    #>
    param()
    $service = Get-CimInstance -ClassName Win32_Service -Filter "Name='PNRPsvc'" -ErrorAction SilentlyContinue
    if ($null -eq $service -or 'Running' -eq [string]$service.State) {
        return $null
    }
    # 1066: the service's own number counts. 1077: not tried since the boot.
    $number = [long]$service.ExitCode
    if (1066 -eq $number) {
        $number = [long]$service.ServiceSpecificExitCode
    }
    if (0 -eq $number -or 1077 -eq $number) {
        return $null
    }
    if ($number -gt 0 -and $number -lt 0x10000) {
        $number = 2147942400 + $number # HRESULT_FROM_WIN32
    }
    # Signed or unsigned, the low 32 bits are the HRESULT.
    $digits = '{0:X8}' -f ($number -band [long][uint32]::MaxValue)
    if ($script:KnownPnrpFailure.ContainsKey($digits)) {
        return $script:KnownPnrpFailure[$digits]
    }
    return 'HRESULT_' + $digits
}

function Repair-PnrpService {
    <#
    .SYNOPSIS
    Puts right what keeps PNRPsvc from starting, where it is one of the two failures whose cure is known; writes the phrase.
    .DESCRIPTION
    Only on request (reconcile): it deletes the service's own identities, or opens the folder of the machine's keys to it.
    #>
    param([Parameter(Mandatory = $true)][string]$Failure)
    if ('PEER_E_CERT_STORE_CORRUPTED' -eq $Failure) {
        if (Test-Path -LiteralPath $script:PnrpStore) {
            Remove-Item -LiteralPath $script:PnrpStore -Force
            'store of PNRPsvc deleted ({0})' -f $Failure
        }
    }
    elseif ('PEER_E_NO_KEY_ACCESS' -eq $Failure) {
        $program = Join-Path -Path $env:windir -ChildPath 'System32\icacls.exe'
        $null = & $program $script:MachineKeyFolder /grant ('*{0}:(OI)(CI)F' -f $script:LocalServiceSid) /c /q
        if (0 -ne $LASTEXITCODE) {
            throw (New-PeerFailure -Code 'PEER_E_NO_KEY_ACCESS' -Message ('icacls could not give PNRPsvc rights on the machine''s keys: it ended with {0}.' -f $LASTEXITCODE) -Hint ('Give LOCAL SERVICE full control of {0}.' -f $script:MachineKeyFolder))
        }
        'machine keys opened to PNRPsvc ({0})' -f $Failure
    }
}

function Start-PnrpService {
    <#
    .SYNOPSIS
    Starts PNRPsvc where it does not run; writes phrases. What keeps it from starting is left to Get-PnrpFailure.
    .PARAMETER Reconcile
    Repairs a failure whose cure is known, and starts it again.
    #>
    param([switch]$Reconcile, [switch]$Test)
    $status = Get-ServiceStatus -Name 'PNRPsvc'
    # Without IPv6 the service ends at once (event 100), so it waits for the reboot like IPv6 itself.
    if (-not $status -or 'Running' -eq $status -or (Test-RebootPending)) {
        return
    }
    if ($Test) {
        $failure = Get-PnrpFailure
        if ($failure) {
            'service PNRPsvc does not start: {0}' -f $failure
        }
        else {
            'service PNRPsvc is not running'
        }
        return
    }
    if (Start-BoundedService -Name 'PNRPsvc') {
        'service PNRPsvc started'
        return
    }
    $failure = Get-PnrpFailure
    if (-not $Reconcile -or -not $failure) {
        return
    }
    Repair-PnrpService -Failure $failure
    if (Start-BoundedService -Name 'PNRPsvc') {
        'service PNRPsvc started'
    }
}

function Assert-PnrpService {
    <#
    .SYNOPSIS
    Fails by name where PNRPsvc has one of the failures whose cure is known: everything else in the stack waits for it.
    #>
    param()
    $failure = Get-PnrpFailure
    if ($script:KnownPnrpFailure.Values -ccontains $failure) {
        throw (New-PeerFailure -Code $failure -Message ('The service PNRPsvc does not start: {0}.' -f $failure) -Hint 'Repair the machine (reconcile): it gives PNRPsvc a new store, or rights on the machine''s keys.')
    }
}

function Enable-PeerService {
    <#
    .SYNOPSIS
    PNRPsvc starts with the machine, the two others on demand. Services that are absent are left to the capability test.
    .PARAMETER Reconcile
    Repairs what keeps PNRPsvc from starting, where the cure is known.
    #>
    param([switch]$Reconcile, [switch]$Test)
    $startTypes = [ordered]@{ p2pimsvc = 'Manual'; p2psvc = 'Manual'; PNRPsvc = 'Automatic' }
    foreach ($name in $startTypes.Keys) {
        $service = Get-Service -Name $name -ErrorAction SilentlyContinue
        if ($null -eq $service) {
            continue
        }
        $current = [string]$service.StartType
        if ($current -eq $startTypes[$name] -or $current -eq 'Automatic') {
            continue
        }
        if ($Test) {
            'service {0} is {1}, wanted is {2}' -f $name, $current.ToLowerInvariant(), $startTypes[$name].ToLowerInvariant()
            continue
        }
        Set-Service -Name $name -StartupType $startTypes[$name]
        'service {0} {1}' -f $name, $startTypes[$name].ToLowerInvariant()
    }
    Start-PnrpService -Reconcile:$Reconcile -Test:$Test
}

function Wait-GlobalCloud {
    <#
    .SYNOPSIS
    Waits until the global cloud is there after PNRPsvc was restarted, at most half a minute; a phrase where it is not.
    .DESCRIPTION
    Only where the C# files are loaded: the preparation has none, and the check of the machine comes later.
    #>
    param()
    if ($null -eq ('PeerLab.PeerClouds' -as [type])) {
        return
    }
    $end = [DateTime]::UtcNow.AddSeconds($script:CloudSeconds)
    while ([DateTime]::UtcNow -lt $end) {
        if (@(Get-CloudName) -ccontains $script:GlobalCloud) {
            return
        }
        Start-Sleep -Milliseconds 500
    }
    'cloud {0} is missing after the restart of PNRPsvc' -f $script:GlobalCloud
}

function Get-CloudName {
    <#
    .SYNOPSIS
    The names of the clouds of this machine; none where PNRP does not answer.
    #>
    param()
    $session = $null
    try {
        $session = [PeerLab.PeerPnrp]::new()
        foreach ($cloud in [PeerLab.PeerClouds]::List()) {
            $cloud.Name
        }
    }
    catch {
        Write-Verbose -Message 'PNRP does not answer yet.'
    }
    finally {
        if ($null -ne $session) {
            $session.Dispose()
        }
    }
}
