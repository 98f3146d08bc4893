# The presence holder as a Windows service: only where a policy forbids the scheduler to store passwords (0x80070520).
# Only definitions: this file is dot-sourced by PeerLab.psm1.

$script:HolderService = 'PeerLabHolder'
$script:HolderProgram = $script:GuestDirectory + '/PeerService.exe'

function Invoke-HolderTool {
    <#
    .SYNOPSIS
    Runs a program of Windows; fails where it ends with anything but 0.
    .PARAMETER ArgumentList
    Readable by every process: never a secret.
    #>
    param([Parameter(Mandatory = $true)][string]$Path, [Parameter(Mandatory = $true)][string[]]$ArgumentList)
    $output = @(& $Path @ArgumentList)
    if (0 -ne $LASTEXITCODE) {
        $text = (@($output | Select-Object -Last 3) -join ' ') -replace '[^\x20-\x7e]', '?'
        throw (New-PeerFailure -Code 'HolderNotInstalled' -Message ('{0} ended with {1}: {2}' -f (Split-Path -Path $Path -Leaf), $LASTEXITCODE, $text) -Hint 'Run it by hand on the machine and read the whole output.')
    }
}

function New-HolderProgram {
    <#
    .SYNOPSIS
    Compiles the service's program from PeerService.cs, with the compiler of the .NET Framework.
    #>
    param()
    $compiler = Join-Path -Path $env:windir -ChildPath 'Microsoft.NET\Framework64\v4.0.30319\csc.exe'
    $source = $script:GuestDirectory + '/PeerService.cs'
    Invoke-HolderTool -Path $compiler -ArgumentList @(
        '/nologo', '/target:exe', '/reference:System.ServiceProcess.dll', ('/out:' + $script:HolderProgram), $source
    )
}

function New-UserCredential {
    <#
    .SYNOPSIS
    The current user's name and password as a PSCredential.
    #>
    param([Parameter(Mandatory = $true)][string]$UserPassword)
    $secure = New-Object -TypeName System.Security.SecureString
    foreach ($character in $UserPassword.ToCharArray()) {
        $null = $secure.AppendChar($character)
    }
    return New-Object -TypeName System.Management.Automation.PSCredential -ArgumentList (Get-CurrentAccount).Name, $secure
}

function Get-HolderServiceObject {
    <#
    .SYNOPSIS
    The holder's service (Win32_Service), or null.
    #>
    param()
    return Get-CimInstance -ClassName Win32_Service -Filter ("Name='{0}'" -f $script:HolderService) -ErrorAction SilentlyContinue
}

function Get-HolderServicePath {
    <#
    .SYNOPSIS
    The command line of the service, quoted as the service manager wants it.
    #>
    param()
    return '"{0}"' -f ($script:HolderProgram -replace '/', '\')
}

function Get-HolderServiceDifference {
    <#
    .SYNOPSIS
    The names of the settings in which the installed service is not the wanted one.
    #>
    param()
    $service = Get-HolderServiceObject
    if ([string]$service.PathName -ne (Get-HolderServicePath)) {
        'PathName'
    }
    if ('Auto' -ne [string]$service.StartMode) {
        'StartMode'
    }
    if (-not (Test-SameAccount -Name ([string]$service.StartName))) {
        'StartName'
    }
    if (-not (Test-Path -LiteralPath $script:HolderProgram)) {
        'Program'
    }
}

function Register-HolderService {
    <#
    .SYNOPSIS
    Installs the service under the user's password, or corrects it; what runs goes on running.
    #>
    param([Parameter(Mandatory = $true)][string]$UserPassword)
    Grant-AccountRight -Right 'SeServiceLogonRight'
    if (-not (Test-Path -LiteralPath $script:HolderProgram)) {
        New-HolderProgram
    }
    $service = Get-HolderServiceObject
    if ($null -eq $service) {
        $null = New-Service -Name $script:HolderService -BinaryPathName (Get-HolderServicePath) -DisplayName 'PeerLab presence holder' -StartupType Automatic -Credential (New-UserCredential -UserPassword $UserPassword)
    }
    else {
        $settings = @{
            PathName      = Get-HolderServicePath
            StartMode     = 'Automatic'
            StartName     = (Get-CurrentAccount).Name
            StartPassword = $UserPassword
        }
        $result = Invoke-CimMethod -InputObject $service -MethodName 'Change' -Arguments $settings -ErrorAction Stop
        if (0 -ne $result.ReturnValue) {
            throw (New-PeerFailure -Code 'HolderNotInstalled' -Message ('The service manager refused the presence holder''s account: {0}.' -f $result.ReturnValue) -Hint 'Check userPassword, and the right to log on as a service.')
        }
    }
    # Started again by the service manager, 5, 30 and 60 seconds after it ended.
    Invoke-HolderTool -Path (Join-Path -Path $env:windir -ChildPath 'System32\sc.exe') -ArgumentList @(
        'failure', $script:HolderService, 'reset=', '86400', 'actions=', 'restart/5000/restart/30000/restart/60000'
    )
}

function Stop-HolderService {
    <#
    .SYNOPSIS
    Ends the service and waits until it has ended.
    #>
    param()
    $service = Get-Service -Name $script:HolderService
    if ('Stopped' -ne [string]$service.Status) {
        $service.Stop()
    }
    if (-not (Wait-ServiceStatus -Name $script:HolderService -Status Stopped)) {
        throw (New-PeerFailure -Code 'TimedOut' -Message ('The service {0} did not stop within {1} seconds.' -f $script:HolderService, $script:ServiceSeconds) -Hint 'Restart the machine, then run this again.')
    }
}

function Remove-HolderService {
    <#
    .SYNOPSIS
    Ends and deletes the service with its program, where there is one.
    #>
    param()
    if (Get-ServiceStatus -Name $script:HolderService) {
        Stop-HolderService
        Invoke-HolderTool -Path (Join-Path -Path $env:windir -ChildPath 'System32\sc.exe') -ArgumentList @('delete', $script:HolderService)
    }
    if (Test-Path -LiteralPath $script:HolderProgram) {
        Remove-Item -LiteralPath $script:HolderProgram -Force
    }
}
