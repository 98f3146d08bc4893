# Services, CIM classes, features and capabilities of Windows.

function Get-DoubleServiceFailure {
    # The service-specific exit code with which PNRPsvc would end at its start now; 0 where it would run.
    param([Parameter(Mandatory = $true)][hashtable]$State, [Parameter(Mandatory = $true)][string]$Name)
    if ('PNRPsvc' -ne $Name) {
        return 0
    }
    if ($State['faults'] -contains 'pnrpStopped') {
        return 2147942402
    }
    if ([System.IO.File]::Exists($script:Machine + '/drive/Windows/ServiceProfiles/LocalService/AppData/Roaming/PeerNetworking/idstore.sst')) {
        return 2153973761 # 0x80630801
    }
    if ($State['faults'] -contains 'pnrpNoKeyAccess' -and (Get-DoubleProgramLog) -notmatch 'icacls\.exe .*MachineKeys.*S-1-5-19') {
        return 2153972227 # 0x80630203
    }
    return 0
}

function ConvertTo-DoubleService {
    param([Parameter(Mandatory = $true)][string]$Name, [Parameter(Mandatory = $true)][hashtable]$Entry)
    $status = $Entry['status']
    if ($Entry.ContainsKey('processId')) {
        # The holder's: its process says.
        $status = @('Stopped', 'Running')[[int](Test-DoubleProcess -Id $Entry['processId'])]
    }
    $service = [pscustomobject]@{
        Name = $Name; ServiceName = $Name; DisplayName = $Entry['displayName']; Status = $status; StartType = $Entry['startType']
    }
    $dependent = [System.Management.Automation.PSScriptProperty]::new('DependentServices', {
            foreach ($one in @(@{ PNRPsvc = @('p2psvc'); p2pimsvc = @('PNRPsvc', 'p2psvc') }[$this.Name])) {
                if ($one) {
                    Get-Service -Name $one -ErrorAction SilentlyContinue
                }
            }
        })
    $service.PSObject.Properties.Add($dependent)
    return Add-DoubleMethod -Object $service -Method @{
        Refresh       = { $this.Status = (Read-DoubleState)['services'][$this.Name]['status'] }
        WaitForStatus = {
            param($Status, $Limit)
            $this.Refresh()
            if ([string]$Status -ne $this.Status) {
                throw [System.TimeoutException]::new('Time out has expired and the operation has not been completed.')
            }
        }
        Start         = { Start-Service -Name $this.Name -ErrorAction Stop }
        Stop          = { Stop-Service -Name $this.Name -ErrorAction Stop }
        Close         = { return }
        Dispose       = { return }
    }
}

function Find-DoubleService {
    # The service's name as Windows spells it, or null.
    param([Parameter(Mandatory = $true)][hashtable]$State, [Parameter(Mandatory = $true)][string]$Name)
    return ($State['services'].Keys | Where-Object -FilterScript { $_ -eq $Name } | Select-Object -First 1)
}

function Get-Service {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string[]]$Name = @('*'))
    $state = Read-DoubleState
    foreach ($wanted in $Name) {
        $found = @($state['services'].Keys | Where-Object -FilterScript { $_ -like $wanted } | Sort-Object)
        if ($found.Count -eq 0 -and $wanted -notmatch '[*?]') {
            Write-DoubleError -Cmdlet $PSCmdlet -Message ('Cannot find any service with service name {0}.' -f $wanted)
        }
        foreach ($one in $found) {
            ConvertTo-DoubleService -Name $one -Entry $state['services'][$one]
        }
    }
}

function Set-Service {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Name, [string]$StartupType, [string]$Status, [string]$Description, [switch]$PassThru)
    Add-DoubleCall -Command 'Set-Service' -Parameter $PSBoundParameters
    $known = Find-DoubleService -State (Read-DoubleState) -Name $Name
    if ($null -eq $known) {
        Write-DoubleError -Cmdlet $PSCmdlet -Message ('Service {0} was not found.' -f $Name)
        return
    }
    if ($StartupType) {
        Edit-DoubleState -Body { param($state) $state['services'][$known]['startType'] = $StartupType }
    }
}

function Start-Service {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Name, [object]$InputObject, [switch]$PassThru)
    if ($null -ne $InputObject) {
        $Name = $InputObject.Name
    }
    Add-DoubleCall -Command 'Start-Service' -Parameter @{ Name = $Name }
    $known = Find-DoubleService -State (Read-DoubleState) -Name $Name
    if ($null -eq $known) {
        Write-DoubleError -Cmdlet $PSCmdlet -Message ('Cannot find any service with service name {0}.' -f $Name)
        return
    }
    $problem = @{ code = 0 }
    Edit-DoubleState -Body {
        param($state)
        $entry = $state['services'][$known]
        $problem['code'] = Get-DoubleServiceFailure -State $state -Name $known
        if ('Disabled' -eq $entry['startType']) {
            $problem['code'] = 1058
        }
        if ($entry['secretDigest'] -and $entry['secretDigest'] -ne (Get-DoubleDigest -Text $state['password'])) {
            $problem['code'] = 1069 # ERROR_SERVICE_LOGON_FAILED
        }
        if ($problem['code'] -ne 0) {
            # ERROR_SERVICE_SPECIFIC_ERROR: the second number says what.
            $entry['exitCode'] = 1066
            $entry['serviceSpecificExitCode'] = $problem['code']
            return
        }
        $entry['status'] = 'Running'
        if ('PeerLabHolder' -eq $known) {
            $entry['processId'] = Start-DoubleProcess -Arguments '-File "C:/ProgramData/PeerLab/PeerHolder.ps1"' -Session 'task'
        }
        $entry['exitCode'] = 0
        $entry['serviceSpecificExitCode'] = 0
    }
    if ($problem['code'] -ne 0) {
        Write-DoubleError -Cmdlet $PSCmdlet -Message ('Failed to start service {0}.' -f $Name) -Category OpenError
        return
    }
    if ('sshd' -eq $known) {
        New-DoubleHostKey
    }
    Write-DoubleControl
}

function Stop-Service {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Name, [object]$InputObject, [switch]$Force, [switch]$NoWait, [switch]$PassThru)
    if ($null -ne $InputObject) {
        $Name = $InputObject.Name
    }
    Add-DoubleCall -Command 'Stop-Service' -Parameter @{ Name = $Name }
    $known = Find-DoubleService -State (Read-DoubleState) -Name $Name
    if ($null -eq $known) {
        Write-DoubleError -Cmdlet $PSCmdlet -Message ('Cannot find any service with service name {0}.' -f $Name)
        return
    }
    Edit-DoubleState -Body {
        param($state)
        $state['services'][$known]['status'] = 'Stopped'
        if ($state['services'][$known].ContainsKey('processId')) {
            Stop-DoubleProcess -Id $state['services'][$known]['processId']
        }
    }
}

function Restart-Service {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Name, [switch]$Force, [switch]$PassThru)
    $ErrorActionPreference = Get-CallerPreference -Cmdlet $PSCmdlet
    Stop-Service -Name $Name -Force:$Force -ErrorAction $ErrorActionPreference
    Start-Service -Name $Name -ErrorAction $ErrorActionPreference
}

function New-Service {
    [CmdletBinding()]
    param(
        [string]$Name, [string]$BinaryPathName, [string]$DisplayName, [string]$Description, [string]$StartupType = 'Automatic',
        [System.Management.Automation.PSCredential]$Credential, [string[]]$DependsOn
    )
    $account = 'LocalSystem'
    $digest = ''
    if ($null -ne $Credential) {
        $account = $Credential.UserName
        $plain = $Credential.GetNetworkCredential()
        $digest = Get-DoubleDigest -Text $plain.Password
    }
    Add-DoubleCall -Command 'New-Service' -Parameter @{ Name = $Name; BinaryPathName = $BinaryPathName; StartupType = $StartupType; Account = $account }
    if ($null -ne (Find-DoubleService -State (Read-DoubleState) -Name $Name)) {
        Write-DoubleError -Cmdlet $PSCmdlet -Message ('Service {0} cannot be created: it exists.' -f $Name) -Category ResourceExists
        return
    }
    [System.IO.File]::Delete($script:Machine + '/deleted-services/' + $Name)
    Edit-DoubleState -Body {
        param($state)
        $state['services'][$Name] = @{
            displayName = $DisplayName; description = $Description; status = 'Stopped'; startType = $StartupType; pathName = $BinaryPathName
            account = $account; exitCode = 1077; serviceSpecificExitCode = 0; secretDigest = $digest
        }
    }
    return Get-Service -Name $Name
}

function Write-DoubleControl {
    # What the native double reads at each call: the faults, and what p2p.dll answers while PNRPsvc cannot start.
    param()
    $state = Read-DoubleState
    $down = (Get-DoubleServiceFailure -State $state -Name 'PNRPsvc') -ne 0 -and 'Running' -ne $state['services']['PNRPsvc']['status']
    foreach ($session in @('session', 'task')) {
        $lines = @($state['control'][$session])
        if ($down) {
            $lines += 'pnrp=stopped'
        }
        [System.IO.File]::WriteAllText(('{0}/{1}.control' -f $script:Machine, $session), ($lines -join "`n") + "`n")
    }
}

function Get-CimInstance {
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)][string]$ClassName, [string]$Namespace, [string]$Filter, [string]$Query, [string[]]$Property,
        [uint32]$OperationTimeoutSec
    )
    $state = Read-DoubleState
    if ('Win32_OperatingSystem' -eq $ClassName) {
        $type = 1
        if ('server' -eq $state['kind']) {
            $type = 3
        }
        return [pscustomobject]@{
            ProductType = [uint32]$type; LastBootUpTime = (ConvertTo-DoubleTime -Value $state['bootTime'])
            Caption = $state['caption']; BuildNumber = '26100'; Version = '10.0.26100'
        }
    }
    if ('Win32_ComputerSystemProduct' -eq $ClassName) {
        return [pscustomobject]@{ UUID = $state['instance'].ToUpperInvariant() }
    }
    if ('Win32_Service' -eq $ClassName) {
        foreach ($name in @($state['services'].Keys | Sort-Object)) {
            if ($Filter -and $Filter -notmatch ("^Name\s*=\s*['""]{0}['""]$" -f $name)) {
                continue
            }
            $entry = $state['services'][$name]
            [pscustomobject]@{
                Name = $name; State = $entry['status']; StartMode = ($entry['startType'] -replace 'Automatic', 'Auto'); PathName = $entry['pathName']
                StartName = $entry['account']; ExitCode = [uint32]$entry['exitCode']; ServiceSpecificExitCode = [uint32]$entry['serviceSpecificExitCode']; ProcessId = [uint32]0
            }
        }
        return
    }
    Write-DoubleError -Cmdlet $PSCmdlet -Message ('Invalid class {0}' -f $ClassName) -Category MetadataError -Module
}

function Invoke-CimMethod {
    [CmdletBinding()]
    param([object]$InputObject, [string]$MethodName, [System.Collections.IDictionary]$Arguments = @{})
    # Win32_Service alone.
    Add-DoubleCall -Command 'Invoke-CimMethod' -Parameter @{ Name = $InputObject.Name; MethodName = $MethodName; Arguments = $Arguments.Keys }
    if ('Delete' -eq $MethodName) {
        Edit-DoubleState -Body { param($state) $state['services'].Remove($InputObject.Name) }
    }
    if ('Change' -eq $MethodName -and $Arguments.Contains('StartPassword') -and $Arguments['StartPassword'] -cne (Read-DoubleState)['password']) {
        return [pscustomobject]@{ ReturnValue = [uint32]22 }
    }
    if ('Change' -eq $MethodName) {
        $given = $Arguments
        Edit-DoubleState -Body {
            param($state)
            $entry = $state['services'][$InputObject.Name]
            $kept = @{ PathName = 'pathName'; StartMode = 'startType'; StartName = 'account' }
            foreach ($field in $kept.Keys) {
                if ($given.Contains($field)) {
                    $entry[$kept[$field]] = $given[$field]
                }
            }
            if ($given.Contains('StartPassword')) {
                $entry['secretDigest'] = Get-DoubleDigest -Text $given['StartPassword']
            }
        }
    }
    return [pscustomobject]@{ ReturnValue = [uint32]0 }
}

function Remove-CimInstance {
    [CmdletBinding()]
    param([object]$InputObject)
    $null = Invoke-CimMethod -InputObject $InputObject -MethodName 'Delete'
}

function Get-WindowsFeature {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Name)
    $state = Read-DoubleState
    if (-not $state['features'].ContainsKey($Name)) {
        return
    }
    return [pscustomobject]@{ Name = $Name; Installed = [bool]$state['features'][$Name]; InstallState = @('Available', 'Installed')[[int][bool]$state['features'][$Name]] }
}

function Install-WindowsFeature {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Name, [switch]$IncludeManagementTools, [switch]$Restart)
    Add-DoubleCall -Command 'Install-WindowsFeature' -Parameter $PSBoundParameters
    Edit-DoubleState -Body {
        param($state)
        $state['features'][$Name] = $true
        foreach ($one in @($state['laterServices'].Keys)) {
            $state['services'][$one] = $state['laterServices'][$one]
        }
        $state['laterServices'] = @{}
    }
    return [pscustomobject]@{ Success = $true; RestartNeeded = 'No'; ExitCode = 'Success' }
}

function Add-WindowsCapability {
    [CmdletBinding()]
    param([switch]$Online, [string]$Name, [switch]$LimitAccess, [string]$Source)
    Add-DoubleCall -Command 'Add-WindowsCapability' -Parameter $PSBoundParameters
    if (-not (Read-DoubleState)['capabilityAvailable']) {
        Write-DoubleError -Cmdlet $PSCmdlet -Message 'Add-WindowsCapability failed. Error code = 0x800f0954' -Exception (New-DoubleException -HResult 0x800f0954) -Module
        return
    }
    Add-DoubleSshServer
    return [pscustomobject]@{ Online = $true; RestartNeeded = $false }
}

function Add-DoubleSshServer {
    # The service as the capability and the package install it: present, off.
    param()
    Edit-DoubleState -Body {
        param($state)
        $state['services']['sshd'] = @{
            displayName = 'OpenSSH SSH Server'; status = 'Stopped'; startType = 'Manual'; pathName = $script:Machine + '/drive/Windows/System32/OpenSSH/sshd.exe'
            account = 'LocalSystem'; exitCode = 1077; serviceSpecificExitCode = 0
        }
    }
}

function New-DoubleHostKey {
    # What the first start of sshd makes: host keys and a configuration.
    param()
    $folder = $script:Machine + '/drive/ProgramData/ssh'
    $null = [System.IO.Directory]::CreateDirectory($folder)
    if (-not [System.IO.File]::Exists($folder + '/sshd_config')) {
        [System.IO.File]::WriteAllText($folder + '/ssh_host_ed25519_key.pub', "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDouble system@machine`n")
        [System.IO.File]::WriteAllText($folder + '/sshd_config', "Subsystem sftp sftp-server.exe`r`n")
    }
}
