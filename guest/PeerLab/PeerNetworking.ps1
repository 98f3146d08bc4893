# What peer networking needs of a Windows machine: IPv6, services, the policy switch; and the whole networking state.
# Only definitions: this file is dot-sourced by PeerLab.psm1 and put in front of the preparation. Functions that change
# something write one phrase for each change to the pipeline and nothing where all was as wanted. With -Test they change
# nothing and write one phrase for each thing that is not as wanted.
#
# The cmdlets of NetSecurity, NetAdapter and NetTCPIP are functions of other modules: they do not see the error
# preference set here, so each call names its own.

$script:FirewallRulePrefix = 'PeerLab-'
$script:IPv6ParameterKey = 'HKLM:\SYSTEM\CurrentControlSet\Services\Tcpip6\Parameters'
$script:PeernetPolicyKey = 'HKLM:\SOFTWARE\Policies\Microsoft\Peernet'
$script:MarkKey = 'SOFTWARE\PeerLab'

function Get-RegistryValue {
    <#
    .SYNOPSIS
    A registry value, or null where the key or the value is absent.
    #>
    param([Parameter(Mandatory = $true)][string]$Key, [Parameter(Mandatory = $true)][string]$Name)
    $item = Get-Item -LiteralPath $Key -ErrorAction SilentlyContinue
    if ($null -eq $item) {
        return $null
    }
    return $item.GetValue($Name, $null)
}

function Set-RegistryValue {
    <#
    .SYNOPSIS
    Sets a registry value where it differs; writes the phrase of the change.
    .PARAMETER Test
    Says what is not as wanted and changes nothing.
    #>
    param(
        [Parameter(Mandatory = $true)][string]$Key,
        [Parameter(Mandatory = $true)][string]$Name,
        [Parameter(Mandatory = $true)][AllowEmptyString()][object]$Value,
        [Parameter(Mandatory = $true)][ValidateSet('DWord', 'String')][string]$Type,
        [switch]$Test
    )
    $current = Get-RegistryValue -Key $Key -Name $Name
    if ($null -ne $current -and $current -ceq $Value) {
        return
    }
    if ($Test) {
        if ($null -eq $current) {
            $current = 'not set'
        }
        '{0}\{1} is {2}, wanted is {3}' -f ($Key -replace '^HKLM:\\', ''), $Name, $current, $Value
        return
    }
    if (-not (Test-Path -LiteralPath $Key)) {
        $null = New-Item -Path $Key -Force
    }
    $null = New-ItemProperty -LiteralPath $Key -Name $Name -Value $Value -PropertyType $Type -Force
    '{0}\{1} = {2}' -f ($Key -replace '^HKLM:\\', ''), $Name, $Value
}

function Set-VolatileMark {
    <#
    .SYNOPSIS
    Makes a registry key that Windows forgets at the next boot.
    #>
    param([Parameter(Mandatory = $true)][string]$Name)
    $key = [Microsoft.Win32.Registry]::LocalMachine.CreateSubKey(
        ('{0}\{1}' -f $script:MarkKey, $Name),
        [Microsoft.Win32.RegistryKeyPermissionCheck]::Default,
        [Microsoft.Win32.RegistryOptions]::Volatile)
    $key.Close()
}

function Test-VolatileMark {
    <#
    .SYNOPSIS
    Whether Set-VolatileMark was called since the boot.
    #>
    param([Parameter(Mandatory = $true)][string]$Name)
    return (Test-Path -LiteralPath ('HKLM:\{0}\{1}' -f $script:MarkKey, $Name))
}

function Clear-VolatileMark {
    <#
    .SYNOPSIS
    Takes a mark of Set-VolatileMark back, where there is one.
    #>
    param([Parameter(Mandatory = $true)][string]$Name)
    if (Test-VolatileMark -Name $Name) {
        Remove-Item -LiteralPath ('HKLM:\{0}\{1}' -f $script:MarkKey, $Name) -Force
    }
}

function Set-RebootPending {
    <#
    .SYNOPSIS
    Notes that a change waits for a reboot; forgotten at the very reboot it asks for.
    #>
    param()
    Set-VolatileMark -Name 'RebootPending'
}

function Test-RebootPending {
    <#
    .SYNOPSIS
    Whether a change of ours waits for a reboot.
    #>
    param()
    return (Test-VolatileMark -Name 'RebootPending')
}

function Test-IPv6Disabled {
    <#
    .SYNOPSIS
    Whether the registry switches IPv6 off on network adapters, at the next boot at the latest.
    #>
    param()
    $disabled = Get-RegistryValue -Key $script:IPv6ParameterKey -Name 'DisabledComponents'
    # Bit 0x10 is "native interfaces"; 0xFF and the mistaken but common 0xFFFFFFFF contain it.
    return ($null -ne $disabled -and ($disabled -band 0x10) -ne 0)
}

function Enable-IPv6Component {
    <#
    .SYNOPSIS
    Switches IPv6 on in the registry. Takes effect at the next boot.
    #>
    param([switch]$Test)
    if (-not (Test-IPv6Disabled)) {
        return
    }
    $disabled = Get-RegistryValue -Key $script:IPv6ParameterKey -Name 'DisabledComponents'
    $wanted = 0
    if ($disabled -ge 0 -and $disabled -lt 0xFF) {
        # Other bits are other decisions of the image, such as preferring IPv4.
        $wanted = $disabled -band (-bnot 0x10)
    }
    Set-RegistryValue -Key $script:IPv6ParameterKey -Name 'DisabledComponents' -Value $wanted -Type DWord -Test:$Test
    if (-not $Test) {
        Set-RebootPending
    }
}

function Get-IPv6UnboundAdapter {
    <#
    .SYNOPSIS
    Names of the adapters that carry IPv4 but not IPv6. An accelerated-networking adapter carries neither.
    #>
    param()
    $ipv4 = @(Get-NetAdapterBinding -ComponentID 'ms_tcpip' -ErrorAction Stop | Where-Object -FilterScript { $_.Enabled })
    $ipv6 = @(Get-NetAdapterBinding -ComponentID 'ms_tcpip6' -ErrorAction Stop | Where-Object -FilterScript { $_.Enabled })
    $bound = @($ipv6 | ForEach-Object -Process { $_.Name })
    $ipv4 | Where-Object -FilterScript { $bound -cnotcontains $_.Name } | ForEach-Object -Process { $_.Name }
}

function Enable-IPv6Binding {
    <#
    .SYNOPSIS
    Binds IPv6 to the adapters that carry IPv4. Rebuilds the adapter's stack, so it may cut connections: never over SSH.
    #>
    param()
    foreach ($name in @(Get-IPv6UnboundAdapter)) {
        Enable-NetAdapterBinding -Name $name -ComponentID 'ms_tcpip6' -ErrorAction Stop
        'IPv6 bound to {0}' -f $name
    }
}

function Test-ServerEdition {
    <#
    .SYNOPSIS
    Whether this is a server edition of Windows.
    #>
    param()
    return (Get-CimInstance -ClassName Win32_OperatingSystem -ErrorAction Stop).ProductType -ne 1
}

function Install-PnrpFeature {
    <#
    .SYNOPSIS
    Installs the feature PNRP on a server edition that has it. What an edition lacks is left to the capability test, which
    names it.
    #>
    param([switch]$Test)
    if (-not (Test-ServerEdition)) {
        return
    }
    $feature = Get-WindowsFeature -Name 'PNRP' -ErrorAction SilentlyContinue
    if ($null -eq $feature -or $feature.Installed) {
        return
    }
    if ($Test) {
        'feature PNRP is missing'
        return
    }
    $result = Install-WindowsFeature -Name 'PNRP' -ErrorAction Stop
    if ('Yes' -eq [string]$result.RestartNeeded) {
        Set-RebootPending
    }
    'feature PNRP installed'
}

function Enable-PeerPolicy {
    <#
    .SYNOPSIS
    Turns the policy off that forbids all peer networking; hardened images set it.
    #>
    param([switch]$Test)
    if (1 -eq (Get-RegistryValue -Key $script:PeernetPolicyKey -Name 'Disabled')) {
        Set-RegistryValue -Key $script:PeernetPolicyKey -Name 'Disabled' -Value 0 -Type DWord -Test:$Test
    }
}

function Get-NetworkingFact {
    <#
    .SYNOPSIS
    The state of the machine's networking, read back.
    #>
    param()
    $addresses = @(Get-NetIPAddress -AddressFamily IPv6 -ErrorAction SilentlyContinue |
            ForEach-Object -Process { ([string]$_.IPAddress) -replace '%.*$', '' } |
            Where-Object -FilterScript { $_ -ne '::1' -and $_ -notmatch '^fe[89ab]' })
    $rules = @(Get-NetFirewallRule -Name ($script:FirewallRulePrefix + '*') -ErrorAction SilentlyContinue |
            Where-Object -FilterScript { 'True' -eq [string]$_.Enabled } |
            ForEach-Object -Process { [string]$_.Name } |
            Sort-Object)
    $facts = [ordered]@{
        ipv6Addresses = [string[]]$addresses
        firewallRules = [string[]]$rules
        rebootPending = [bool](Test-RebootPending)
    }
    $names = Get-SeedPolicyName
    $server = Get-RegistryValue -Key $names['Key'] -Name $names['Server']
    if ($server) {
        $facts['seedServer'] = [string]$server
    }
    $failure = Get-PnrpFailure
    if ($failure) {
        $facts['pnrpFailure'] = $failure
    }
    return $facts
}

function Set-NetworkingState {
    <#
    .SYNOPSIS
    Brings the machine's networking to a checked NetworkingState; writes the phrases of what changed.
    .PARAMETER InSession
    Set where a connection must survive: an adapter without IPv6 is then a failure instead of being bound.
    .PARAMETER Reconcile
    Repairs what keeps PNRPsvc from starting, where the cure is known.
    .PARAMETER Test
    Writes what is not as wanted instead, and changes nothing.
    #>
    param([Parameter(Mandatory = $true)][object]$Networking, [switch]$InSession, [switch]$Reconcile, [switch]$Test)
    Enable-IPv6Component -Test:$Test
    if ($Test) {
        Get-IPv6UnboundAdapter | ForEach-Object -Process { 'IPv6 is not bound to {0}' -f $_ }
    }
    elseif (-not $InSession) {
        Enable-IPv6Binding
    }
    elseif (@(Get-IPv6UnboundAdapter).Count -gt 0) {
        throw (New-PeerFailure -Code 'IPv6Disabled' -Message ('IPv6 is not bound to {0}.' -f (@(Get-IPv6UnboundAdapter) -join ', ')) -Hint 'Run the preparation of this machine again; binding IPv6 over SSH would cut its own connection.')
    }
    Install-PnrpFeature -Test:$Test
    Enable-PeerPolicy -Test:$Test
    Enable-PeerService -Reconcile:$Reconcile -Test:$Test
    Set-PeerFirewallRule -Wanted (Get-Field -Object $Networking -Name 'firewallRules') -Test:$Test
    $seed = Get-Field -Object $Networking -Name 'seed'
    if ($null -ne $seed) {
        Set-SeedPolicy -Seed $seed -Test:$Test
    }
    if ($InSession -and -not $Test) {
        Assert-PnrpService
    }
}
